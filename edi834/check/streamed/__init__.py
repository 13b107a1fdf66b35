"""A file of any size judged as a stream: the guide by the automaton, situations and totals on the way.

What is found is what ``edi834.check.judge.judge`` finds of the same file, which holds all of it; a test compares them.
"""

from edi834.check.streamed.judging import judge_stream

__all__ = ["judge_stream"]
