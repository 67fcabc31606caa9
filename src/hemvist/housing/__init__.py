"""Homes: the stock and its leases, who needs one when, the right to housing and its clock, and the yearly number."""
