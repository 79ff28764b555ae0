"""The ground every room stands on: refusals, periods, money, the journal, the job queue."""
