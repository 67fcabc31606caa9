"""The demonstration: synthetic Enköping with a user per role. No real person is in it."""
