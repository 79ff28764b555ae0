"""What a person is told, once, in order, and by which channel; and what they are to be reminded of."""
