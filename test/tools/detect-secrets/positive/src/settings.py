# kingfisher:ignore
password = "uwslYYsb5Y!x"
secret_key = "LnPCDjeXkznxj8laGpAwCgCtoelYlWF5"
url = "https://user:KHnqi5IT6nE6@db.example.net/"
jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeW50aGV0aWMiLCJyb2xlIjoieCJ9.YtsYVZWskQ7W3fUjdVesLrTWtBoNvjHDigeUePiI6j6"
