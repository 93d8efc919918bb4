"""Keeping the jobs themselves going; each room's own jobs are in its `jobs.py`."""

from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Status


@app.periodic(cron="* * * * * */15", periodic_id="site.recover")
@app.task(name="site.recover", queueing_lock="site.recover")
async def recover(timestamp: int) -> int:
    """Start again what a worker that died was doing; gives how many jobs that were.

    Without this a killed worker's job would hold its lock for ever. A job is done again from its
    start, so every job must bear that. Where the same work is queued already, that one is enough.

    Args:
        timestamp: the second for which procrastinate called it.
    """
    del timestamp
    stalled = list(await app.job_manager.get_stalled_jobs())
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except exceptions.UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    return len(stalled)
