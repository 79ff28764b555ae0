# The words of ./otdel, for those who have make.
.PHONY: run test check fix bench backup doctor lock
run test check fix bench backup doctor lock:
	./otdel $@
