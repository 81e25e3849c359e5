"""Seeded faults of training, and of losses whose outputs count differently."""

from __future__ import annotations

from tests.engine.faults import Fault

FIT, LOSSES, ARGUMENTS = "training.py", "losses.py", "arguments.py"

TRAINING_FAULTS = (
    Fault("every epoch has the same order", FIT, "default_rng([self.seed, epoch])", "default_rng([self.seed, 0])"),
    Fault("every seed has the same order", FIT, "default_rng([self.seed, epoch])", "default_rng([0, epoch])"),
    Fault("examples are drawn with repetition", FIT, ".permutation(count)", ".integers(0, count, count)"),
    Fault(
        "the last batch is dropped", FIT, "range(0, count, self.batch_size)]", "range(0, count - count % self.batch_size, self.batch_size)]"
    ),
    Fault("shuffling cannot be switched off", FIT, "if self.shuffle else", "if True else"),
    Fault(
        "labels are not shuffled with their examples",
        FIT,
        "Examples(self.x[places], self.y[places],",
        "Examples(self.x[places], np.sort(self.y, axis=0)[: len(self.x[places])],",
    ),
    Fault(
        "the weights of examples stay with the first ones",
        FIT,
        "rows[places] for rows in self[2:]",
        "rows[: len(self.x[places])] for rows in self[2:]",
    ),
    Fault("the state of the optimizer is stale", FIT, "batch, state = _update(", "batch, _ = _update("),
    Fault(
        "the optimizer begins anew in every epoch",
        FIT,
        "        batches: list[Batch] = []\n",
        "        batches: list[Batch] = []\n        state = plan.optimizer.start(learner.get_weights())\n",
    ),
    Fault("going on forgets the optimizer's state", FIT, "state, done = resume.optimizer_state, resume.epoch", "done = resume.epoch"),
    Fault("going on forgets the weights", FIT, "        learner.set_weights(resume.weights)\n", ""),
    Fault("going on repeats an epoch", FIT, "resume.optimizer_state, resume.epoch", "resume.optimizer_state, resume.epoch - 1"),
    Fault("one epoch is left out at the end", FIT, "range(done + 1, plan.epochs + 1)", "range(done + 1, plan.epochs)"),
    Fault("the model does not learn", FIT, "        model.layers = learner.layers\n", ""),
    Fault("the model learns before its epoch ends", FIT, "learner = copy.copy(model)", "learner = model"),
    Fault("the loss is a mean of batches", FIT, "batch.examples * batch.loss for", "examples / len(batches) * batch.loss for"),
    Fault(
        "the loss is that of the last batch",
        FIT,
        "batch.examples * batch.loss for batch in batches)",
        "examples * batch.loss for batch in batches[-1:])",
    ),
    Fault("the loss forgets the penalty", FIT, "        loss += float(penalty(trace.stack, plan.l2))\n", ""),
    Fault(
        "the penalty is not learnt from",
        FIT,
        "d_weights = with_penalty(d_weights, trace.stack, plan.l2)",
        "with_penalty(d_weights, trace.stack, plan.l2)",
    ),
    Fault("norms of states are sums of squares", FIT, "np.sqrt(np.square(d_h).sum(axis=(1, 2)))", "np.square(d_h).sum(axis=(1, 2))"),
    Fault("norms of states are those of one example", FIT, "np.square(d_h).sum(axis=(1, 2))", "np.square(d_h[:, :1]).sum(axis=(1, 2))"),
    Fault("norms of states run backwards in time", FIT, "for d_h in states]", "for d_h in (rows[::-1] for rows in states)]"),
    Fault(
        "norms are those of the last batch",
        FIT,
        "np.mean([batch.weight_gradient_norms for batch in batches], axis=0)",
        "np.array(batches[-1].weight_gradient_norms)",
    ),
    Fault("norms of weights are taken after clipping", FIT, "map(norm, d_weights)", "map(norm, plan.optimizer.clip(d_weights))"),
    Fault(
        "accuracy is that of the first batch", FIT, "sum(batch.right for batch in batches) / judged", "batches[0].right / batches[0].judged"
    ),
    Fault(
        "accuracy forgets the weights",
        FIT,
        "judge(trace.flows[-1], gradients.target, gradients.sample_weight)",
        "judge(trace.flows[-1], gradients.target)",
    ),
    Fault("accuracy sees the opposite", LOSSES, "(output > 0.5) == target", "(output > 0.5) != target"),
    Fault("accuracy splits at zero", LOSSES, "output > 0.5", "output > 0"),
    Fault(
        "the likeliest class is taken over timesteps",
        LOSSES,
        "output.argmax(axis=-1, keepdims=True)",
        "output.argmax(axis=0, keepdims=True)",
    ),
    Fault("training forgets the weights of examples", FIT, "plan.loss, examples.sample_weight", "plan.loss, None"),
    Fault("training forgets the padding", FIT, "mask=examples.mask", "mask=None"),
    Fault("weights do not reach the loss", "sums.py", "array = array * weights", "array = array * 1"),
    Fault("weights do not reach the gradient", LOSSES, "d_entry *= weights", "d_entry *= 1"),
    Fault("weights reach the gradient twice", LOSSES, "d_entry *= weights", "d_entry *= weights * weights"),
    Fault("weights are divided by their mean", LOSSES, "d_entry *= weights", "d_entry *= weights / weights.mean()"),
    Fault(
        "weights of timesteps are turned",
        ARGUMENTS,
        "weights.reshape(batch, -1).T[:, :, np.newaxis]",
        "weights.reshape(batch, -1)[:, ::-1].T[:, :, np.newaxis]",
    ),
    Fault(
        "weights of examples are turned",
        ARGUMENTS,
        "weights.reshape(batch, -1).T[:, :, np.newaxis]",
        "weights.reshape(batch, -1)[::-1].T[:, :, np.newaxis]",
    ),
    Fault(
        "weights are rounded",
        ARGUMENTS,
        "np.array(np.broadcast_to(rows, (steps, batch, 1)), trace",
        "np.array(np.round(np.broadcast_to(rows, (steps, batch, 1))), trace",
    ),
    Fault("explain forgets the weight in the loss", "recipes/losses.py", "*read.sample_weight(t, b), ", ""),
    Fault(
        "explain forgets the weight in the gradient",
        "recipes/shared.py",
        "*read.sample_weight(at.timestep, at.batch), constant",
        "*(), constant",
    ),
)
