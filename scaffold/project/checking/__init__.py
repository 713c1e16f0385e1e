"""What a check needs: the files under check, outside judges, and what the platform says."""
