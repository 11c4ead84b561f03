"""Makes `resources/demo` from the public data sets: facts re-keyed, the rest made up by a seed.

Run `python -m scripts.build_demo FOLDER`, where FOLDER holds `data/` and `bench/`. Nothing of a
listed file is copied whole: single products are picked, cleaned and checked; prices, organisations,
codes of the 699 test range and amounts are fictional.
"""
