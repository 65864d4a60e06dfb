"""Environments with Gymnasium's interface, in the standard library alone, for the tests of FedPG's bridge."""
import ctypes
import math
import os
import random
import time


class Space:
    dtype = None


class Discrete(Space):
    def __init__(self, n, start=0):
        self.n, self.start, self.dtype = n, start, "int64"


class Box(Space):
    def __init__(self, low, high, shape=None, dtype="float32"):
        self.low, self.high, self.dtype = low, high, dtype
        self.shape = tuple(shape) if shape is not None else (len(low),)


class MultiDiscrete(Space):
    def __init__(self, nvec, start=None):
        self.nvec, self.start, self.dtype = nvec, start, "int64"


class MultiBinary(Space):
    def __init__(self, n):
        self.n, self.dtype = n, "int8"


class Dict(Space):
    def __init__(self, spaces):
        self.spaces = {name: spaces[name] for name in sorted(spaces)}


class Tuple(Space):
    def __init__(self, spaces):
        self.spaces = tuple(spaces)


class Graph(Space):
    pass


class Spec:
    def __init__(self, steps):
        self.max_episode_steps = steps


class Walk:
    """A walk on a line to a target, against a wind that sometimes blows."""

    def __init__(self, wind=0.1, target=1.0, length=20):
        self.wind, self.target, self.length = wind, target, length
        self.observation_space = Box([-4.0], [4.0])
        self.action_space = Discrete(2)
        self.spec = Spec(length)
        self.reward_range = (0.0, 1.0)

    def reset(self, seed=None, options=None):
        self.random = random.Random(seed)
        self.x, self.t = self.random.uniform(-0.5, 0.5), 0
        return [self.x], {}

    def step(self, action):
        push = 0.5 if action == 1 else -0.5
        if self.random.random() < self.wind:
            push = -push
        self.x = max(-4.0, min(4.0, self.x + push))
        self.t += 1
        reward = math.exp(-abs(self.x - self.target))
        return [self.x], reward, abs(self.x) >= 4.0, self.t >= self.length, {}


def box_of(size):
    return Box([-math.inf] * size, [math.inf] * size)


SPACES = {
    "discrete": (Discrete(5, start=3), lambda seed: 3 + seed % 5),
    "box": (Box([-1.0, 0.0], [math.inf, 2.0]), lambda seed: (seed * 0.5, 1.0)),
    "image": (Box(0, 255, (2, 3, 2), "uint8"), lambda seed: [[[seed, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]),
    "large": (Box(0, 255, (8, 8, 3), "uint8"), lambda seed: [[[seed + k] * 3 for _ in range(8)] for k in range(8)]),
    "scalar": (Box(0, 9, (), "int32"), lambda seed: seed),
    "multi-discrete": (MultiDiscrete([3, 4], start=[1, 0]), lambda seed: [1 + seed % 3, seed % 4]),
    "multi-binary": (MultiBinary(3), lambda seed: [seed % 2, 1, 0]),
    "dict": (
        Dict({"z": Box([0.0], [1.0]), "a": Discrete(3, start=1), "m": Tuple([MultiBinary(2), MultiDiscrete([2, 3])])}),
        lambda seed: {"z": [0.25], "a": 1 + seed % 3, "m": ([1, 0], [1, 2])}),
    "graph": (Graph(), lambda seed: None),
}

ACTIONS = {
    "discrete": Discrete(4, start=-1),
    "box": Box([-1.0, -2.0], [1.0, 2.0]),
    "whole-box": Box(-3, 3, (2, 1), "int64"),
    "multi-discrete": MultiDiscrete([2, 3], start=[5, 0]),
    "multi-binary": MultiBinary(2),
    "dict": Dict({"b": Box([0.0], [1.0]), "a": Box([-1.0, -1.0], [1.0, 1.0])}),
    "tuple": Tuple([Discrete(3, start=1), MultiBinary(1)]),
    "mixed": Dict({"b": Box([0.0], [1.0]), "a": Discrete(2)}),
}


def plain(action):
    """Arrays as lists, so that the log is the same with NumPy and without."""
    if isinstance(action, dict):
        return {name: plain(part) for name, part in action.items()}
    if isinstance(action, tuple):
        return tuple(plain(part) for part in action)
    return action.tolist() if hasattr(action, "tolist") else action


class Shapes:
    """Shows an observation that follows from the seed, and keeps the action: env.step(action) pays the hash of its text."""

    def __init__(self, observe="box", act="discrete", log=None):
        self.observation_space, self.show = SPACES[observe]
        self.action_space, self.log = ACTIONS[act], log

    def reset(self, seed=None, options=None):
        self.seed = seed
        return self.show(seed), {}

    def step(self, action):
        action = plain(action)
        with open(self.log, "a") as file:
            file.write("%r\n" % (action,))
        return self.show(self.seed), 1, False, False, {}


class Faulty(Walk):
    """Goes wrong in one of several ways after some steps."""

    def __init__(self, how, after=3, **kwargs):
        super().__init__(**kwargs)
        self.how, self.after = how, after
        if how == "spaces":
            self.observation_space = Box([-4.0] * int(kwargs.get("length", 1)), [4.0] * int(kwargs.get("length", 1)))

    def reset(self, seed=None, options=None):
        result = super().reset(seed)
        if self.how == "old-reset":
            return result[0]
        return result

    def step(self, action):
        result = super().step(action)
        if self.how == "prints":
            print("hello from the environment")
            os.system("echo hello from a child")
        if self.t < self.after:
            return result
        if self.how == "raise":
            raise ValueError("the track is broken")
        if self.how == "exit":
            os._exit(7)
        if self.how == "crash":
            ctypes.string_at(0)
        if self.how == "hang":
            time.sleep(3600)
        if self.how == "four":
            return result[:4]
        if self.how == "wide":
            return (result[0] * 2,) + result[1:]
        if self.how == "none":
            return (result[0], None) + result[2:]
        if self.how == "text":
            return ("x",) + result[1:]
        if self.how == "nan":
            return ([math.nan],) + result[1:]
        return result


def make(id, **kwargs):
    """As gymnasium.make."""
    known = {"Walk-v0": Walk, "Ns/Faulty-v1": Faulty}
    if id not in known:
        raise KeyError("no environment is called %s" % id)
    return known[id](**kwargs)
