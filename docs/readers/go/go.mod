module example.org/tongda-reader

go 1.21
