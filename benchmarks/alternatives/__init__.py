"""What one would write instead: the same question to the same landed files, with other tools.

For each app that called Graph: its requests, for how many of them the sign-in is in the logs, how many different users
these sign-ins name, and how many requests write what is below `/users/{id}/` with no user on the token.
"""
