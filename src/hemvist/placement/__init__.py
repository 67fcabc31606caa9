"""Where the responsibility for the reception should lie (placering av ansvar): what speaks for what, how people weigh
it, and the move (flytt av ansvar) itself, from preview to the day it takes effect.
"""
