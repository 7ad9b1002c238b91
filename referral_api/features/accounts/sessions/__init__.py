"""Sessions: signing in, staying signed in, signing out. A refresh token is used once; a used one that comes again ends the session."""
