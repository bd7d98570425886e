"""Rows of PostgreSQL, and keys of Redis by hand: its protocol is a line and a length."""
import os
import socket


def select(sql, *values):
    import psycopg2  # only bugs with rows need the client

    host, port = os.environ["TRUTH_POSTGRES"].split(":")
    connection = psycopg2.connect(host=host, port=port, user="truth", dbname="truth", connect_timeout=10)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        connection.close()


def redis(*words):
    host, port = os.environ["TRUTH_REDIS"].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        request = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        connection.sendall(request.encode())
        answer = connection.makefile("rb")
        line = answer.readline().decode().rstrip("\r\n")
        if line.startswith("-"):
            raise ConnectionError(line)
        if not line.startswith("$"):
            return line[1:]
        return None if line == "$-1" else answer.read(int(line[1:])).decode()
