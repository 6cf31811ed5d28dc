"""When things run: Prefect flows, their steps, settings and the command line."""
