"""`xiaohao up`: run the installation."""

from xiaohao.site import supervisor
from xiaohao.site.terminal import say


def up() -> None:
    """Serve until interrupted: database, web server, job worker."""
    supervisor.up(say)
