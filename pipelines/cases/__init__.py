"""Cases: what people and whoseagent itself made of findings, as a log of events that is only added to."""
