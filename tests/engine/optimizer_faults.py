"""Seeded faults of the optimizers."""

from __future__ import annotations

from tests.engine.faults import Fault

RULES, CLIP, L2 = "optimizers.py", "clipping.py", "regularization.py"

OPTIMIZER_FAULTS = (
    Fault("gradient descent climbs", RULES, "return weight - descent, {}", "return weight + descent, {}"),
    Fault("momentum is added, not subtracted from", RULES, 'past["momentum"] - descent', 'past["momentum"] + descent'),
    Fault("momentum is a mean", RULES, "m = self.momentum * past[", "m = (1 - self.momentum) * past["),
    Fault(
        "momentum is not remembered", RULES, 'return weight + move, {"momentum": m}', 'return weight + move, {"momentum": past["momentum"]}'
    ),
    Fault("Nesterov looks with the old momentum", RULES, "self.momentum * m - descent", 'self.momentum * past["momentum"] - descent'),
    Fault("Nesterov forgets the gradient", RULES, "self.momentum * m - descent if", "m + self.momentum * m if"),
    Fault("Nesterov is always on", RULES, "if self.nesterov else m", "if True else m"),
    Fault("RMSprop exchanges rho and 1 - rho", RULES, "(1 - self.rho) * np.square(gradient)}", "self.rho * np.square(gradient)}"),
    Fault("RMSprop forgets the square", RULES, "(1 - self.rho) * np.square(gradient)}", "(1 - self.rho) * np.abs(gradient)}"),
    Fault("RMSprop uses the velocity of before", RULES, 'spread = now["velocity"]', 'spread = past["velocity"]'),
    Fault("RMSprop adds epsilon after the root", RULES, "np.sqrt(spread + self.epsilon)", "(np.sqrt(spread) + self.epsilon)"),
    Fault("RMSprop forgets the root", RULES, "np.sqrt(spread + self.epsilon)", "(spread + self.epsilon)"),
    Fault("RMSprop is never centred", RULES, "if self.centered:\n            now", "if False:\n            now"),
    Fault("RMSprop centres without the square", RULES, 'np.square(now["average_gradient"])', 'now["average_gradient"]'),
    Fault("RMSprop centres by the mean of before", RULES, 'np.square(now["average_gradient"])', 'np.square(past["average_gradient"])'),
    Fault("RMSprop's momentum is not carried", RULES, 'self.momentum * past["momentum"] + move', "move"),
    Fault("RMSprop's momentum is averaged", RULES, 'past["momentum"] + move', 'past["momentum"] + (1 - self.momentum) * move'),
    Fault("Adam exchanges its betas", RULES, "1 - self.beta_2**update", "1 - self.beta_1**update"),
    Fault("Adam's m takes the wrong beta", RULES, "(1 - self.beta_1) * (gradient", "(1 - self.beta_2) * (gradient"),
    Fault("Adam's v takes the wrong beta", RULES, "(1 - self.beta_2) * (np.square", "(1 - self.beta_1) * (np.square"),
    Fault("Adam does not correct m", RULES, " / (1 - self.beta_1**update)", ""),
    Fault("Adam does not correct v", RULES, "math.sqrt(1 - self.beta_2**update)", "1"),
    Fault("Adam corrects as at the first update for ever", RULES, "number = state.updates + 1", "number = 1"),
    Fault("Adam counts from zero", RULES, "OptimizerState(0, arrays)", "OptimizerState(1, arrays)"),
    Fault("Adam counts every update twice", RULES, "OptimizerState(number, {", "OptimizerState(number + 1, {"),
    Fault("Adam adds epsilon under the root", RULES, "(np.sqrt(v) + self.epsilon)", "np.sqrt(v + self.epsilon)"),
    Fault(
        "Adam adds epsilon before the correction",
        RULES,
        "(np.sqrt(v) + self.epsilon)",
        "(np.sqrt(v) + self.epsilon * math.sqrt(1 - self.beta_2**update))",
    ),
    Fault("Adam moves by the gradient, not by m", RULES, "weight - alpha * m /", "weight - alpha * gradient /"),
    Fault("Adam's m is stale", RULES, "weight - alpha * m /", 'weight - alpha * past["momentum"] /'),
    Fault("AMSGrad keeps the smallest", RULES, "np.maximum(past", "np.minimum(past"),
    Fault("AMSGrad remembers the last velocity alone", RULES, 'np.maximum(past["largest_velocity"], v)', "v"),
    Fault("Adagrad forgets the past", RULES, 'past["accumulator"] + np.square', '0 * past["accumulator"] + np.square'),
    Fault("Adagrad begins at zero", RULES, '{"accumulator": self.initial_accumulator_value}', '{"accumulator": 0.0}'),
    Fault("Adagrad adds epsilon after the root", RULES, "np.sqrt(accumulator + self.epsilon)", "(np.sqrt(accumulator) + self.epsilon)"),
    Fault("Adagrad uses the sum of before", RULES, "np.sqrt(accumulator +", 'np.sqrt(past["accumulator"] +'),
    Fault(
        "the state belongs to the first weight",
        RULES,
        "name: arrays[place] for",
        "name: np.broadcast_to(arrays[0].flat[0], arrays[place].shape) for",
    ),
    Fault(
        "the gradients are not clipped", RULES, "zip(weights, self.clip(gradients), strict=True)", "zip(weights, gradients, strict=True)"
    ),
    Fault("clipping comes after the step", RULES, "moved.append(after)", "moved.append(weight + self.clip([after - weight])[0])"),
    Fault(
        "each weight is clipped by the norm of all",
        RULES,
        "clip_each_norm(gradients, self.clipnorm)",
        "clip_global_norm(gradients, self.clipnorm)",
    ),
    Fault(
        "all weights are clipped by their own norms",
        RULES,
        "clip_global_norm(gradients, self.global",
        "clip_each_norm(gradients, self.global",
    ),
    Fault("short gradients are stretched", CLIP, "limit / max(norm(gradient), limit)", "limit / norm(gradient)"),
    Fault("a short whole is stretched", CLIP, "limit / max(together, limit)", "limit / together"),
    Fault("the global norm is a sum of norms", CLIP, "math.hypot(*map(norm, gradients))", "sum(map(norm, gradients))"),
    Fault("the norm is a mean", CLIP, "math.sqrt(flat.dot(flat))", "math.sqrt(flat.dot(flat) / flat.size)"),
    Fault("the norm is the largest number", CLIP, "math.sqrt(flat.dot(flat))", "abs(flat).max()"),
    Fault("values are cut on one side", CLIP, "np.clip(gradient, -limit, limit)", "np.minimum(gradient, limit)"),
    Fault("L2 takes the biases too", L2, 'name.endswith("kernel")', "True"),
    Fault("L2 leaves the recurrent kernels out", L2, 'name.endswith("kernel")', 'name == "kernel"'),
    Fault("L2's gradient is halved", L2, "2 * l2 * weight", "l2 * weight"),
    Fault("L2's gradient has the wrong sign", L2, "gradient + 2 * l2 * weight", "gradient - 2 * l2 * weight"),
    Fault("L2's gradient is that of L1", L2, "2 * l2 * weight if", "2 * l2 * abs(weight) if"),
    Fault("the penalty is halved", L2, "return l2 * sum(", "return l2 / 2 * sum("),
    Fault("long weights begin anew in every piece", RULES, "array.ravel()[here] for", "array.ravel()[: len(weight.ravel()[here])] for"),
    Fault("long weights forget their last piece", RULES, "range(0, weight.size, PIECE)", "range(0, weight.size - PIECE, PIECE)"),
    Fault("numbers are widened", RULES, "np.empty(weight.shape, weight.dtype)", "np.empty(weight.shape)"),
)
