"""Steps the environments of a class or of gymnasium.make for FedPG, which starts this file as a process and talks to it.

Only the standard library is needed; NumPy is used where it is installed. Requests come on what was standard input, one byte each:
S to step or reset the lanes that the shared memory lists, J for a JSON document. What the environment prints goes to standard error.
"""
import importlib
import importlib.util
import json
import mmap
import os
import signal
import struct
import sys
import threading
import time
import traceback
from array import array

try:
    import numpy
except ImportError:
    numpy = None

SMALL = 32  # observations up to this size are gathered in a list and written at once


class Unusable(Exception):
    """What an environment lacks to be stepped, in words."""


def kind_of(space):
    """The name of the Gymnasium space that an object is, or is derived from."""
    names = [one.__name__ for one in type(space).__mro__]
    for name in ("Discrete", "Box", "MultiDiscrete", "MultiBinary", "Dict", "Tuple"):
        if name in names:
            return name
    raise Unusable(
        "the space %s cannot be used: Discrete, Box, MultiDiscrete, MultiBinary, Dict and Tuple can; "
        "a wrapper may turn it into one of them" % (names[0],))


def flat(value):
    """The numbers of nested lists or of an array, the last index changing fastest."""
    if hasattr(value, "reshape"):
        return value.reshape(-1).tolist()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return [value]
    result = []
    for item in value:
        if isinstance(item, (list, tuple)) or hasattr(item, "tolist"):
            result.extend(flat(item))
        else:
            result.append(item)
    return result


def shape_of(value):
    """A shape as a tuple; that of one number is empty."""
    if value is None:
        return ()
    return tuple(int(size) for size in (value if hasattr(value, "__iter__") else (value,)))


def size_of(shape):
    size = 1
    for one in shape:
        size *= one
    return size


def is_whole(space):
    return "int" in str(getattr(space, "dtype", "")) or "bool" in str(getattr(space, "dtype", ""))


def parts_of(space):
    """The named parts of a Dict or Tuple, in their own order, which is Gymnasium's."""
    spaces = space.spaces
    return list(spaces.items()) if hasattr(spaces, "items") else list(enumerate(spaces))


def describe(space):
    """A space as a JSON document. Bounds that are infinite are null; bounds that are all the same are one number."""
    kind = kind_of(space)
    if kind == "Discrete":
        return {"kind": kind, "n": int(space.n), "start": int(getattr(space, "start", 0))}
    if kind == "MultiDiscrete":
        counts = [int(n) for n in flat(space.nvec)]
        start = [int(n) for n in flat(getattr(space, "start", None) if getattr(space, "start", None) is not None else [0] * len(counts))]
        return {"kind": kind, "n": counts, "start": start}
    if kind == "MultiBinary":
        return {"kind": kind, "n": size_of(shape_of(space.n))}
    if kind == "Box":
        shape = shape_of(space.shape)
        size = size_of(shape)

        def bounds(values):
            numbers = [float(x) for x in flat(values)]
            numbers = [None if x in (float("inf"), float("-inf")) else x for x in numbers]
            if len(numbers) == 1 or all(x == numbers[0] for x in numbers):
                return numbers[0]
            if len(numbers) != size:
                raise Unusable("a Box of shape %s has %d bounds" % (list(shape), len(numbers)))
            return numbers
        return {"kind": kind, "shape": list(shape), "low": bounds(space.low), "high": bounds(space.high), "whole": is_whole(space)}
    return {"kind": kind, "parts": [{"name": str(name), "space": describe(part)} for name, part in parts_of(space)]}


def one_hot(count, start):
    def write(value, out):
        k = int(value) - start
        if not 0 <= k < count:
            raise Unusable("the observation has %r, which is not in %d to %d" % (value, start, start + count - 1))
        out.extend([0.0] * k)
        out.append(1.0)
        out.extend([0.0] * (count - k - 1))
    return write


def writer(space, inside=False):
    """What appends the numbers of an observation to a list; inside a Dict or Tuple whole numbers are one-hot, as Gymnasium flattens."""
    kind = kind_of(space)
    if kind == "Discrete":
        start = int(getattr(space, "start", 0))
        return one_hot(int(space.n), start) if inside else lambda value, out: out.append(float(int(value) - start))
    if kind == "MultiDiscrete":
        about = describe(space)
        if inside:
            hots = [one_hot(n, start) for n, start in zip(about["n"], about["start"])]

            def write_hots(value, out):
                for hot, one in zip(hots, flat(value)):
                    hot(one, out)
            return write_hots
        starts = about["start"]
        return lambda value, out: out.extend([float(int(x) - start) for x, start in zip(flat(value), starts)])
    if kind in ("Box", "MultiBinary"):
        simple = kind == "Box" and len(shape_of(space.shape)) == 1

        def write_numbers(value, out):
            if simple and type(value) in (list, tuple):
                out.extend(value)
            else:
                out.extend(flat(value))
        return write_numbers
    writers = [(name, writer(part, True)) for name, part in parts_of(space)]

    def write_parts(value, out):
        for name, write in writers:
            write(value[name], out)
    return write_parts


def nested(values, shape):
    """A list of numbers as nested lists of a shape."""
    if not shape:
        return values[0]
    if len(shape) == 1:
        return values
    step = len(values) // shape[0]
    return [nested(values[k * step:(k + 1) * step], shape[1:]) for k in range(shape[0])]


def shaped(values, shape, space):
    if numpy is not None:
        dtype = getattr(space, "dtype", None)
        return numpy.array(values, dtype=dtype if dtype is not None else float).reshape(shape)
    return nested(values, shape)


def arrays(space):
    """What makes the actions of a batch at once, a row a lane; None where NumPy is not there, or they are no box of real numbers."""
    if numpy is None or kind_of(space) != "Box" or is_whole(space):
        return None
    shape, dtype = shape_of(space.shape), getattr(space, "dtype", None) or float
    size = size_of(shape)
    return lambda memory, count: numpy.array(numpy.frombuffer(memory, float, count * size), dtype).reshape((count,) + shape)


def reader(space):
    """What makes an action of a list of numbers, and how many it takes."""
    kind = kind_of(space)
    if kind == "Discrete":
        start = int(getattr(space, "start", 0))
        return 1, (lambda values: int(values[0]) + start)
    if kind == "MultiDiscrete":
        starts = describe(space)["start"]
        return len(starts), (lambda values: shaped([int(x) + s for x, s in zip(values, starts)], (len(starts),), space))
    if kind == "MultiBinary":
        shape = shape_of(space.n)
        return size_of(shape), (lambda values: shaped([int(x) for x in values], shape or (1,), space))
    if kind == "Box":
        shape, whole = shape_of(space.shape), is_whole(space)
        return size_of(shape), (lambda values: shaped([int(round(x)) for x in values] if whole else values, shape, space))
    readers = [(name, reader(part)) for name, part in parts_of(space)]

    def read_parts(values):
        at, parts = 0, []
        for name, (count, read) in readers:
            parts.append((name, read(values[at:at + count])))
            at += count
        return dict(parts) if kind == "Dict" else tuple(part for _, part in parts)
    return sum(count for _, (count, _) in readers), read_parts


def maker(target, folder):
    """What makes an environment: module:Class, file.py:Class, or module:id where the module has make, as Gymnasium has."""
    first = target.find(":", 2 if target[1:2] == ":" else 0)
    name, attribute = (target[:first], target[first + 1:]) if first >= 0 else (target, "")
    if not attribute:
        raise Unusable("says no class: give module:Class, file.py:Class or gymnasium:ID")
    if name.endswith(".py"):
        path = os.path.abspath(os.path.join(folder, name))
        if not os.path.isfile(path):
            raise Unusable("the file %s does not exist" % path)
        sys.path.insert(0, os.path.dirname(path))
        stem = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[stem] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(name)
    found = module
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if callable(found):
        return found
    if callable(getattr(module, "make", None)):
        return lambda **kwargs: module.make(attribute, **kwargs)
    raise Unusable("the module %s has neither a class %s nor a function make" % (name, attribute))


class Bridge:
    """The environments of one process, and the memory that they share with FedPG."""

    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies
        self.lanes, self.spare = {}, {}
        self.make, self.variants = None, [{}]
        self.memory = self.views = None

    def run(self):
        while True:
            kind = self.read(1)
            try:
                if kind == b"S":
                    self.step_all()
                    os.write(self.replies, b"\0")
                    continue
                document = json.loads(self.read(struct.unpack("<I", self.read(4))[0]))
                answer = getattr(self, "do_" + document["do"])(document)
                self.reply(b"\2", answer)
            except Exception as error:
                self.reply(b"\1", self.failure(error))

    def read(self, count):
        data = b""
        while len(data) < count:
            more = os.read(self.requests, count - len(data))
            if not more:
                os._exit(0)
            data += more
        return data

    def reply(self, code, document):
        data = json.dumps(document).encode("utf-8")
        data = code + struct.pack("<I", len(data)) + data
        while data:
            data = data[os.write(self.replies, data):]

    @staticmethod
    def failure(error):
        if isinstance(error, Unusable):
            return {"type": "", "message": str(error), "trace": ""}
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != "fedpg_bridge.py"]
        lines = traceback.format_list(own) if own else []
        return {"type": type(error).__name__, "message": str(error), "trace": "".join(lines).rstrip()}

    def do_open(self, document):
        for folder in reversed(document["path"]):
            sys.path.insert(0, folder)
        self.variants = document["variants"]
        self.make = maker(document["make"], document["path"][0])
        return {"python": "%d.%d.%d" % sys.version_info[:3], "numpy": getattr(numpy, "__version__", None)}

    def do_probe(self, document):
        variant = document["variant"]
        made = self.spare[variant] = self.make(**self.variants[variant])
        for name in ("observation_space", "action_space", "reset", "step"):
            if not hasattr(made, name):
                raise Unusable("%s has no %s: Gymnasium's interface is needed" % (type(made).__name__, name))
        spec = getattr(made, "spec", None)
        limit = getattr(spec, "max_episode_steps", None)
        low, high = getattr(made, "reward_range", None) or (None, None)
        finite = low is not None and high is not None and abs(low) < float("inf") and abs(high) < float("inf")
        self.write = writer(made.observation_space)
        count, read = reader(made.action_space)
        kind = kind_of(made.action_space)
        start = int(getattr(made.action_space, "start", 0)) if kind == "Discrete" else 0
        self.plain, self.start, self.action_size, self.read_action = kind == "Discrete", start, count, read
        plain_box = kind_of(made.observation_space) == "Box" and len(shape_of(made.observation_space.shape)) == 1
        self.extends, self.box = plain_box, arrays(made.action_space)
        return {
            "observations": describe(made.observation_space), "actions": describe(made.action_space),
            "limit": int(limit) if limit is not None else None, "rewards": [float(low), float(high)] if finite else None,
        }

    def do_map(self, document):
        lanes, actions, observations = document["lanes"], document["actions"], document["observations"]
        with open(document["path"], "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), document["bytes"])
        whole, at, views = memoryview(self.memory), 0, []
        for count, code in ((2, "q"), (lanes, "q"), (lanes, "q"), (lanes * actions, document["code"]), (lanes * observations, "d"), (lanes, "d")):
            views.append(whole[at:at + 8 * count].cast(code))
            at += 8 * count
        views.append(whole[at:at + lanes])
        self.views, self.size = views, observations
        self.rows = None
        if numpy is not None and observations > SMALL:
            self.rows = numpy.frombuffer(self.memory, dtype=float, count=lanes * observations,
                                         offset=8 * (2 + 2 * lanes + lanes * actions)).reshape(lanes, observations)
        return {}

    def do_close(self, document):
        for lane in document["lanes"]:
            made = self.lanes.pop(lane, None)
            if made is not None and hasattr(made, "close"):
                made.close()
        return {}

    def lane(self, name):
        variant = name % len(self.variants)
        made = self.spare.pop(variant, None)
        if made is None:
            made = self.make(**self.variants[variant])
        self.lanes[name] = made
        return made

    def step_all(self):
        head, names, seeds, actions, observations, rewards, flags = self.views
        count, size, width = head[0], self.size, self.action_size
        numbers, paid, ends = [], [], bytearray(count)
        lanes, write, plain, start, small, extends = self.lanes, self.write, self.plain, self.start, size <= SMALL, self.extends
        taken = actions[:count * width].tolist()
        rows = None if self.box is None else self.box(actions, count)
        many = None if numpy is None else numpy.ndarray
        k = 0
        for name, seed in zip(names[:count].tolist(), seeds[:count].tolist()):
            head[1] = k
            made = lanes.get(name)
            if made is None:
                made = self.lane(name)
            if seed < 0:
                if plain:
                    action = taken[k] + start
                else:
                    action = rows[k] if rows is not None else self.read_action(taken[k * width:(k + 1) * width])
                result = made.step(action)
                try:
                    seen, reward, terminated, truncated, _ = result
                except (TypeError, ValueError):
                    raise Unusable("step gave %s; observation, reward, terminated, truncated, info are needed" % about(result)) from None
                if terminated:
                    ends[k] = 3 if truncated else 1
                elif truncated:
                    ends[k] = 2
                paid.append(reward)
            else:
                result = made.reset(seed=seed)
                if not (isinstance(result, tuple) and len(result) == 2):
                    raise Unusable("reset gave %s; observation, info are needed" % about(result))
                seen = result[0]
                paid.append(0.0)
            k += 1
            if small:
                if extends and type(seen) in (tuple, list):
                    numbers.extend(seen)
                elif type(seen) is many and extends:
                    numbers.extend(seen.reshape(-1).tolist())
                else:
                    write(seen, numbers)
                if len(numbers) != k * size:
                    raise Unusable("an observation has %d numbers, and its space has %d" % (len(numbers) - (k - 1) * size, size))
            else:
                self.store(k - 1, seen)
        if small:
            observations[:count * size] = array("d", numbers)
        rewards[:count] = array("d", paid)
        flags[:count] = ends

    def store(self, k, seen):
        """Writes a large observation."""
        if self.rows is not None and isinstance(seen, numpy.ndarray) and seen.size == self.size:
            self.rows[k] = seen.reshape(-1)
            return
        numbers = []
        self.write(seen, numbers)
        if len(numbers) != self.size:
            raise Unusable("an observation has %d numbers, and its space has %d" % (len(numbers), self.size))
        self.views[4][k * self.size:(k + 1) * self.size] = array("d", numbers)


def about(result):
    """What a call gave, in words."""
    return "%d values" % len(result) if isinstance(result, tuple) else "one value of type %s" % type(result).__name__


def watch(parent):
    """Ends with FedPG, also where an environment does not return."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main():
    requests, replies = os.dup(0), os.dup(1)
    if os.name == "nt":
        import msvcrt
        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(replies, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    Bridge(requests, replies).run()


main()
