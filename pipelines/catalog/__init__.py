"""What the data is: the logs, how to recognise their records, and the codec of token ids."""
