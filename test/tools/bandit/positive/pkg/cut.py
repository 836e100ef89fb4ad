import pickle

x = [
