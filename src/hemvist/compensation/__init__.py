"""What the state owes, what it paid, claims and their last dates."""
