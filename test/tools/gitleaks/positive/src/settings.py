# kingfisher:ignore
password = "HnhW7FXgGY!x"
secret_key = "aAsNZ5IjU6pXceEqjOrmm5nNLmsbKLvy"
url = "https://user:hfnjLUoDuD7r@db.example.net/"
jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeW50aGV0aWMiLCJyb2xlIjoieCJ9.YtsYVZWskQ7W3fUjdVesLrTWtBoNvjHDigeUePiI6j6"
