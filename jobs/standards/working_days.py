"""Working days between two dates, by the State Council's calendar rather than Monday to Friday."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.catalogue.working_calendar import WorkingCalendar


def working_days_between(earlier: Column, later: Column, calendar: WorkingCalendar) -> Column:
    """Number of working days after `earlier` up to and including `later`; null if either lies outside the calendar.

    Negative where `later` comes first.
    """
    # One text that the optimiser folds into one array: thousands of literals would each be a node of the plan.
    counts = F.split(F.lit(",".join(map(str, calendar.cumulative))), ",").cast("array<int>")

    def count(day: Column) -> Column:
        return F.get(counts, F.datediff(day, F.lit(calendar.first)))

    return count(later) - count(earlier)
