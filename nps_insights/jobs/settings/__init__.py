"""Settings of the jobs: pipeline files, their sections, and where each value comes from."""
