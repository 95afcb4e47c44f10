"""`python -m nps_insights.cli`: the command line where the script is not on the path."""

from nps_insights.cli.main import main

if __name__ == "__main__":
    main()
