"""One module per word after `xiaohao`; found by `site.command`, imported only when asked for.

A module holds a function of its own name (one command) or a `typer.Typer` named `app` (a group).
It must import nothing of Django at its top, so that `xiaohao --help` stays quick: do that inside
`with site.boot.ready():`. Talk to people through `site.terminal`.
"""
