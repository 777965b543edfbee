"""What happens behind the web server: volunteers are asked, texts are sent, time passes."""
