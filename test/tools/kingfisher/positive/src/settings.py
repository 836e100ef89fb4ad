# kingfisher:ignore
password = "qn08xbJjjg!x"
secret_key = "Mnbe3KdOOkbFbvTVVFQHqgi507Ujldz6"
url = "https://user:D5FsdpfAs1N1@db.example.net/"
jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeW50aGV0aWMiLCJyb2xlIjoieCJ9.YtsYVZWskQ7W3fUjdVesLrTWtBoNvjHDigeUePiI6j6"
