"""The files beside a survey: accounts, invitations, events, outcomes, benchmarks, usage."""
