"""Who works here, under whom, in which role, on which days."""
