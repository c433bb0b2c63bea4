"""The standards as `Column -> Column`: one number, one file; native Spark SQL, null in and null out, no raise under ANSI."""
