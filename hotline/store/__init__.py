"""What is written down: people, requests, pages, and every text in and out."""
