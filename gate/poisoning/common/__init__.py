"""What holds for samples of every kind: repeated ones, wrong labels, outliers."""
