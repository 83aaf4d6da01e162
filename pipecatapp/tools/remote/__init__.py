"""What the ssh tools stand on: names of machines, known hosts, logins, output."""
