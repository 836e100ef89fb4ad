token = "ghp_gotrpYp0b04zXns9OCRcraWzBtwFWUXJomJp"
