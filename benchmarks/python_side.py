# What the Python side of the bridge makes of 64 lanes, without FedPG: processor time a step of the plain loop of python_alone.py and of
# src/Envs/Python/fedpg_bridge.py, in turns. Processor time, so that a busy machine disturbs it little. A reset counts as a step.
#     python3 python_side.py walk.py:Walk
import array, os, random, statistics, sys, tempfile, time
bridge = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "Envs", "Python", "fedpg_bridge.py")
place = {"__name__": "bridge"}
with open(bridge) as file:
    exec(compile(file.read().replace("\nmain()", "\n"), "fedpg_bridge.py", "exec"), place)
N, BATCHES, TURNS = 64, 310, 30
side = place["Bridge"](0, 1)
side.do_open({"path": [os.getcwd()], "variants": [{}], "make": sys.argv[1]})
side.do_probe({"variant": 0})
made = side.spare[0]
with tempfile.NamedTemporaryFile() as file:
    file.write(bytes(1 << 20))
    file.flush()
    side.do_map({"lanes": N, "actions": 1, "observations": len(made.reset(seed=1)[0]), "code": "q", "path": file.name, "bytes": 1 << 20})
head, names, seeds, actions, _, _, flags = side.views
rows = [array.array("q", [random.randrange(2) for _ in range(N)]) for _ in range(97)]
lanes, ended, count = [type(made)() for _ in range(N)], [True] * N, {"seed": 0, "row": 0}
head[place["COUNT"]] = N
for k in range(N):
    names[k], flags[k] = k, 1


def fresh():
    count["seed"] += 1
    return count["seed"]


def alone():
    for batch in range(BATCHES):
        row = rows[batch % 97]
        for k, lane in enumerate(lanes):
            if ended[k]:
                lane.reset(seed=fresh())
                ended[k] = False
                continue
            _, _, terminated, truncated, _ = lane.step(row[k])
            if terminated or truncated:
                ended[k] = True


def ask(step):
    """What FedPG does for a batch, with the batch or without."""
    for batch in range(BATCHES):
        actions[:N] = rows[batch % 97]
        resets = 0
        for k in range(N):
            seeds[k] = -1
            if flags[k]:
                seeds[k], flags[k], resets = fresh(), 0, resets + 1
        head[place["RESETS"]] = resets
        if step:
            side.step_all()


def cost(work, *arguments):
    start = time.process_time_ns()
    work(*arguments)
    return (time.process_time_ns() - start) / BATCHES / N


cost(alone), cost(ask, True)
plain, bridged = [], []
for _ in range(TURNS):
    plain.append(cost(alone))
    bridged.append(cost(ask, True) - cost(ask, False))
a, b = statistics.median(plain), statistics.median(bridged)
print(f"alone {a:.0f} ns a step, the bridge's side {b:.0f} ns: {a / b:.0%} (medians of {TURNS}; least {min(plain):.0f} and {min(bridged):.0f})")
