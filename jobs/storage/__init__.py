"""S3: the only boto3. Buckets, accounts and policies, conditional PUT, the embedded store's start and stop."""
