# Python alone: 64 lanes of a class with Gymnasium's interface, stepped one after another: the median of 5 windows. The step after an end is a
# reset and counts as one, as in `fedpg env speed`.
#     python3 python_alone.py walk:Walk
import importlib, random, statistics, sys, time
module, name = sys.argv[1].split(":")
sys.path.insert(0, ".")
lanes = [getattr(importlib.import_module(module), name)() for _ in range(64)]
for k, lane in enumerate(lanes):
    lane.reset(seed=k)
draw, seed, rates = random.Random(0), 64, []
ended = [False] * 64
actions = [[draw.randrange(2) for _ in lanes] for _ in range(97)]
for window in range(6):
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < 0.2:
        for row in actions:
            for k, lane in enumerate(lanes):
                if ended[k]:
                    lane.reset(seed=seed)
                    seed += 1
                    ended[k] = False
                    continue
                _, _, terminated, truncated, _ = lane.step(row[k])
                if terminated or truncated:
                    ended[k] = True
            steps += 64
    rates.append(steps / (time.perf_counter() - start))
print(f"{statistics.median(rates[1:]) / 1e6:.3f} M steps/s (median of 5, {min(rates[1:]) / 1e6:.3f} to {max(rates[1:]) / 1e6:.3f})")
