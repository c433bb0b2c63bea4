"""The package `jobs` and its command `haihe`. Exact versions and hashes are in requirements/; this says what is needed at all."""

from setuptools import find_packages, setup

setup(
    name="haihe",
    version="0.3.0",
    description="A city's government data, from a department's drop to curated Delta tables",
    python_requires=">=3.11",
    packages=find_packages(include=["jobs", "jobs.*"]),
    package_data={"jobs": ["**/*.html", "**/*.j2", "**/*.css", "**/*.json", "**/*.yaml", "**/*.sql", "**/*.csv", "py.typed"]},
    install_requires=[
        "pyspark==4.2.0",
        "delta-spark==4.4.0",
        "great-expectations==1.24.1",
        "pandas<3",
        "pyarrow",
        "deltalake==1.6.6",
        "boto3",
        "pydantic>=2",
        "pyyaml",
        "jinja2",
        "rich",
        "chinesecalendar",
        "charset-normalizer",
        "psutil",
        "duckdb==1.5.5",
        "duckdb-extension-delta==1.5.5",
        "duckdb-extension-httpfs==1.5.5",
        "openpyxl",
        "tenacity",
    ],
    extras_require={"airflow": ["apache-airflow==3.3.2"]},
    # setuptools wraps it as `sys.exit(main())`: the int that main returns is the exit code.
    entry_points={"console_scripts": ["haihe = jobs.cli:main"]},
)
