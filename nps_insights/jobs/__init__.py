"""What runs unattended: each job reads as its process."""
