# The words of ./otdel, for those who have make.
.PHONY: run test check fix bench backup doctor settings lock
run test check fix bench backup doctor settings lock:
	./otdel $@

# make restore FILE=otdel-backup-20260101-0300.tar
.PHONY: restore
restore:
	./otdel restore $(FILE)

# Files of other people's packages that pages are served with; only who changes their versions needs Node.
.PHONY: vendor
vendor:
	npm ci --ignore-scripts
	python3 tools/vendor.py
