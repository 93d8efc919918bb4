"""Commitments: the three batches, household visits, weak units and hard villages."""
