# The words of ./otdel, for those who have make.
.PHONY: run test check fix bench backup doctor lock
run test check fix bench backup doctor lock:
	./otdel $@

# Files of other people's packages that pages are served with; only who changes their versions needs Node.
.PHONY: vendor
vendor:
	npm ci --ignore-scripts
	python3 tools/vendor.py
