"""Seeded faults of the LSTM and of the GRU."""

from __future__ import annotations

from itertools import combinations

from tests.engine.faults import Fault

LSTM, GRU, RECURRENT = "layers/lstm.py", "layers/gru.py", "layers/recurrent.py"


def swaps(path: str, what: str, line: str, names: list[str]) -> list[Fault]:
    """Each of the names in a line exchanged with each; {0} in the line stands for the list of them."""
    faults = []
    for one, other in combinations(range(len(names)), 2):
        changed = list(names)
        changed[one], changed[other] = names[other], names[one]
        title = f"{what} exchanges {names[one]} and {names[other]}".replace('"', "")
        faults.append(Fault(title, path, line.format(", ".join(names)), line.format(", ".join(changed))))
    return faults


LSTM_FAULTS = (  # i and g exchanged on the way forward is no fault: i g is g i
    *(
        fault
        for fault in swaps(LSTM, "LSTM forward", "        {0} = apart(gates, 4)", ["i", "f", "g", "o"])
        if not fault.name.endswith("i and g")
    ),
    *swaps(LSTM, "LSTM's trace", "rows = (*apart(a, 4), {0}, c, tanh_c, h)", ["i", "f", "g", "o"]),
    *swaps(LSTM, "LSTM backward", "        {0}, h = map(record", ["i", "f", "g", "o", "c", "tanh_c"]),
    Fault("LSTM's recurrent kernel is left out", LSTM, "a_t += h_past.dot(recurrent_kernel, from_past)", "a_t += 0"),
    Fault(
        "LSTM's recurrent kernel is read upside down", LSTM, "h_past.dot(recurrent_kernel, from", "h_past.dot(recurrent_kernel[::-1], from"
    ),
    Fault("LSTM's buffer of the past is stale", LSTM, "a_t += h_past.dot(", "a_t += from_past if t > 2 else h_past.dot("),
    Fault("LSTM's past is cut to float32", LSTM, "dot(recurrent_kernel, from_past)", 'dot(recurrent_kernel, from_past).astype("float32")'),
    Fault("LSTM's input gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[1, 0.5, 1, 0.5]"),
    Fault("LSTM's forget gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 1, 1, 0.5]"),
    Fault("LSTM's candidate is a sigmoid", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 0.5, 0.5, 0.5]"),
    Fault("LSTM's output gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 0.5, 1, 1]"),
    Fault("LSTM's gates are not shifted", LSTM, "shift = 1 - scale", "shift = 0 * scale"),
    Fault(
        "LSTM's constants alternate",
        LSTM,
        "np.array([0.5, 0.5, 1, 0.5], self.dtype).repeat(self.units)",
        "np.tile(np.array([0.5, 0.5, 1, 0.5], self.dtype), self.units)",
    ),
    Fault("LSTM takes h_0 for c_0", LSTM, "h_past[...], c_past[...] = state", "c_past[...], h_past[...] = state"),
    Fault("LSTM ignores c_0", LSTM, "h_past[...], c_past[...] = state", "h_past[...] = state[0]"),
    Fault("LSTM ignores its initial state", LSTM, "if state:", "if False:"),
    Fault("LSTM forgets one step late", LSTM, "np.multiply(f_t, c_past, c_t)", "np.multiply(f[t - 1], c_past, c_t)"),
    Fault("LSTM forgets h in place of c", LSTM, "np.multiply(f_t, c_past, c_t)", "np.multiply(f_t, h_past, c_t)"),
    Fault("LSTM does not carry c", LSTM, "np.multiply(f_t, c_past, c_t)", "np.multiply(f_t, c[0], c_t)"),
    Fault("LSTM takes the candidate ungated", LSTM, "np.multiply(i_t, g_t, i_g)", "g_t"),
    Fault("LSTM replaces c in place of adding", LSTM, "c_t += np.multiply(i_t, g_t, i_g)", "c_t[...] = np.multiply(i_t, g_t, i_g)"),
    Fault("LSTM's output is ungated", LSTM, "np.multiply(o_t, np.tanh", "np.multiply(1, np.tanh"),
    Fault("LSTM's output gate is one step late", LSTM, "np.multiply(o_t, np.tanh", "np.multiply(o[t - 1], np.tanh"),
    Fault("LSTM shows c without tanh", LSTM, "np.tanh(c_t, tanh_c_t), h_t)", "c_t, h_t) if np.tanh(c_t, tanh_c_t) is not None else h_t"),
    Fault("LSTM does not hold c at padding", LSTM, "np.copyto(c_t, c_past, where=padded[t - 1])", "pass"),
    Fault("LSTM does not hold h at padding", LSTM, "np.copyto(h_t, h_past, where=padded[t - 1])", "pass"),
    Fault("LSTM's c forgets the slope of tanh", LSTM, "np.multiply(o, one - tanh_c * tanh_c, d_c)", "np.multiply(o, one, d_c)"),
    Fault("LSTM's c forgets the output gate", LSTM, "np.multiply(o, one - tanh_c", "np.multiply(one, one - tanh_c"),
    Fault("LSTM's slope of tanh is taken of c", LSTM, "one - tanh_c * tanh_c", "one - c * c"),
    Fault("LSTM forgets the slope of i", LSTM, "np.multiply(g * i, one - i,", "np.multiply(g * i, one,"),
    Fault("LSTM forgets the slope of f", LSTM, "(one - f)[1:]", "one"),
    Fault("LSTM forgets the slope of g", LSTM, "np.multiply(i, one - g * g,", "np.multiply(i, one,"),
    Fault("LSTM takes the candidate's slope for a gate's", LSTM, "one - g * g", "g * (one - g)"),
    Fault("LSTM forgets the slope of o", LSTM, "np.multiply(tanh_c * o, one - o,", "np.multiply(tanh_c * o, one,"),
    Fault("LSTM's forget gate is blamed by the present c", LSTM, "np.multiply(c[:-1] * f", "np.multiply(c[1:] * f"),
    Fault("LSTM misses the carry of dc", LSTM, "d_c_t += c_from_time", "d_c_t += 0"),
    Fault("LSTM carries dc past the forget gate", LSTM, "np.multiply(d_c_t, keep_t, c_from_time)", "np.multiply(d_c_t, 1, c_from_time)"),
    Fault(
        "LSTM carries dc through the gate before",
        LSTM,
        "np.multiply(d_c_t, keep_t, c_from_time)",
        "np.multiply(d_c_t, keep[t - 1], c_from_time)",
    ),
    Fault("LSTM does not carry dh to the past", LSTM, "time_t = d_a_t.dot(", "d_a_t.dot("),
    Fault("LSTM ignores the gradient from above", LSTM, "np.add(depth_t, time_t, d_h_t)", "np.add(0 * depth_t, time_t, d_h_t)"),
    Fault("LSTM's loss enters at every timestep", LSTM, "depth[-len(d_output) :]", "depth[:]"),
    Fault("LSTM loses the gradient of h_0", LSTM, "d_h[0] = time_t", "d_h[0] = 0"),
    Fault("LSTM loses the gradient of c_0", LSTM, "d_h[0] = time_t", "d_h[0], d_c[0] = time_t, 0"),
    Fault("LSTM's recurrent kernel is blamed by the present h", LSTM, "over_time(h[:-1], d_a[1:])", "over_time(h[1:], d_a[1:])"),
    Fault("LSTM's padding stops dc", LSTM, "silence(record.padded, 1, keep)", "silence(record.padded, 0, keep)"),
    Fault("LSTM's padding stops dh", LSTM, "np.copyto(time_t, d_h_t, where=record.padded[t - 1])", "pass"),
    Fault("LSTM's padding is blamed", LSTM, "silence(record.padded, 0, d_c, d_a)", "pass"),
    Fault("LSTM tells a wrong gradient of tanh_c", LSTM, "np.multiply(d_h, o, d_tanh_c)", "np.multiply(d_h, c, d_tanh_c)"),
    Fault("LSTM tells a wrong gradient of o", LSTM, "np.multiply(d_h, tanh_c, d_o)", "np.multiply(d_h, c, d_o)"),
    Fault("LSTM tells a wrong gradient of f", LSTM, "np.multiply(d_c[1:], c[:-1], d_f[1:])", "np.multiply(d_c, c, d_f)"),
    Fault("LSTM's gradients at padding are told", LSTM, "silence(record.padded, 0, d_gates", "silence(None, 0, d_gates"),
    Fault("the forget gate's bias starts at the input gate", "initializers.py", "[0.0, 1.0, 0.0, 0.0]", "[1.0, 0.0, 0.0, 0.0]"),
    Fault("the forget gate's bias starts at 0", "initializers.py", "[0.0, 1.0, 0.0, 0.0]", "[0.0, 0.0, 0.0, 0.0]"),
    Fault("the gates' kernel bias is left out", RECURRENT, "part += bias", "part += 0"),
    Fault("the gates' bias gradient is a mean", RECURRENT, "sum_over_rows(rows), rows.dot", "rows.mean(axis=0), rows.dot"),
    Fault("the gates' gradient goes to the wrong features", RECURRENT, "rows.dot(kernel.T)", "rows.dot(kernel.T[:, ::-1])"),
    Fault("the gates' kernel gradient sees the last timestep only", RECURRENT, "over_time(x, d_a[1:])", "over_time(x[-1:], d_a[-1:])"),
    Fault("squash does not scale what it returns", RECURRENT, "out *= scale", "out *= 1"),
    Fault(
        "explain of c takes the present c",
        "recipes/lstm.py",
        'read.beside(at, "f"), read.beside(at, "c", back=1)',
        'read.beside(at, "f"), read.beside(at, "c")',
    ),
    Fault("explain of dc forgets the future", "recipes/lstm.py", "if not read.is_last", "if False and not read.is_last"),
    Fault("explain of dc takes the present forget gate", "recipes/lstm.py", 'read.beside(at, "f", back=-1)', 'read.beside(at, "f")'),
    Fault(
        "explain of df takes the present c",
        "recipes/lstm.py",
        'read.d(at, "c"), read.beside(at, "c", back=1)',
        'read.d(at, "c"), read.beside(at, "c")',
    ),
    Fault("explain takes the wrong gate's columns", "reader.py", "* layer.width + at.unit", "+ at.unit * len(layer.gates)"),
)

GRU_FAULTS = (
    *swaps(GRU, "GRU backward", "        {0}, h = map(record", ["z", "r", "m", "n"]),
    *swaps(GRU, "GRU's trace", "({0}), a_zr, (z, r) =", ["a_z", "a_r", "a_n"]),
    Fault("GRU exchanges z and r", GRU, "a_zr, (z, r) =", "a_zr, (r, z) ="),
    Fault("GRU's trace exchanges z and r", GRU, "rows = (a_z, a_r, z, r, m", "rows = (a_z, a_r, r, z, m"),
    Fault("GRU exchanges the old state and the candidate", GRU, "np.subtract(one, z_t, h_t)", "np.subtract(z_t, 0, h_t)"),
    Fault("GRU keeps by the reset gate", GRU, "np.multiply(z_t, h_past, product)", "np.multiply(r_t, h_past, product)"),
    Fault("GRU keeps the candidate", GRU, "np.multiply(z_t, h_past, product)", "np.multiply(z_t, n_t, product)"),
    Fault("GRU forgets the old state", GRU, "h_t += np.multiply(z_t, h_past, product)", "h_t += 0"),
    Fault("GRU does not carry h", GRU, "np.multiply(z_t, h_past, product)", "np.multiply(z_t, h[0], product)"),
    Fault("GRU's gates hear nothing of the past", GRU, "a_zr_t += h_past.dot(U_zr, from_past)", "a_zr_t += 0"),
    Fault("GRU's gates' buffer is stale", GRU, "a_zr_t += h_past.dot(", "a_zr_t += from_past if t > 2 else h_past.dot("),
    Fault("GRU's gates' past is cut to float32", GRU, "h_past.dot(U_zr, from_past)", 'h_past.dot(U_zr, from_past).astype("float32")'),
    Fault("GRU's recurrent kernel is read upside down", GRU, "h_past.dot(U_zr, from_past)", "h_past.dot(U_zr[::-1], from_past)"),
    Fault("GRU's candidate's kernel is transposed, reset after", GRU, "h_past.dot(U_n, m_t)", "h_past.dot(U_n.T, m_t)"),
    Fault("GRU's candidate's kernel is transposed, reset before", GRU, ".dot(U_n, product)", ".dot(U_n.T, product)"),
    Fault("GRU leaves out the candidate's recurrent bias", GRU, "h_past.dot(U_n, m_t), b_n, m_t", "h_past.dot(U_n, m_t), 0, m_t"),
    Fault("GRU takes the candidate's recurrent bias from the other row", GRU, "joined, bias[1, cut:]", "joined, bias[0, cut:]"),
    Fault("GRU leaves out the gates' recurrent bias", GRU, "joined[:cut] += bias[1, :cut]", "joined[:cut] += 0"),
    Fault("GRU adds the recurrent bias to every column", GRU, "joined[:cut] += bias[1, :cut]", "joined += bias[1]"),
    Fault("GRU's candidate is not reset", GRU, "np.multiply(r_t, m_t, product)", "m_t"),
    Fault("GRU resets by z, reset after", GRU, "np.multiply(r_t, m_t, product)", "np.multiply(z_t, m_t, product)"),
    Fault("GRU resets by z, reset before", GRU, "np.multiply(r_t, h_past, m_t)", "np.multiply(z_t, h_past, m_t)"),
    Fault("GRU resets one step late", GRU, "np.multiply(r_t, m_t, product)", "np.multiply(r[t - 1], m_t, product)"),
    Fault(
        "GRU never resets before",
        GRU,
        "            if self.reset_after:\n                np.add(h",
        "            if True:\n                np.add(h",
    ),
    Fault(
        "GRU always resets before",
        GRU,
        "            if self.reset_after:\n                np.add(h",
        "            if False:\n                np.add(h",
    ),
    Fault("GRU's candidate is a sigmoid", GRU, "np.tanh(a_n_t, n_t)", "squash(a_n_t, half, half, n_t)"),
    Fault("GRU's gates are tanhs", GRU, "squash(a_zr_t, half, half, z_r_t)", "np.tanh(a_zr_t, z_r_t)"),
    Fault("GRU ignores its initial state", GRU, "if state:", "if False:"),
    Fault("GRU does not hold h at padding", GRU, "np.copyto(h_t, h_past, where=padded[t - 1])", "pass"),
    Fault("GRU's past is the present", GRU, "np.concatenate([h[:1], h[:-1]])", "h"),
    Fault("GRU's z forgets the candidate", GRU, "past - n, one - z", "past, one - z"),
    Fault("GRU's n is blamed by z", GRU, "past - n, one - z", "past - n, z"),
    Fault("GRU forgets the slope of z", GRU, "z_slope * z * (one - z)", "z_slope * z"),
    Fault("GRU forgets the slope of r", GRU, "reset * r * (one - r)", "reset * r"),
    Fault("GRU forgets the slope of n", GRU, "n_slope * (one - n * n)", "n_slope"),
    Fault("GRU's r is blamed by the state in both forms", GRU, "m if self.reset_after else past", "past"),
    Fault("GRU's r is blamed by m in both forms", GRU, "m if self.reset_after else past", "m"),
    Fault("GRU's dm forgets the reset gate", GRU, "np.multiply(d_a_n_t, r_t, d_m_t)", "np.multiply(d_a_n_t, 1, d_m_t)"),
    Fault("GRU's dm passes the kernel untransposed", GRU, "d_a_n_t.dot(U_n.T, d_m_t)", "d_a_n_t.dot(U_n, d_m_t)"),
    Fault("GRU's past hears dm untransposed", GRU, "dot(U_n.T, time[t - 1])", "dot(U_n, time[t - 1])"),
    Fault("GRU's past hears dm past the reset gate", GRU, "np.multiply(d_m_t, r_t, time[t - 1])", "np.multiply(d_m_t, 1, time[t - 1])"),
    Fault("GRU's past hears nothing of the gates", GRU, "time_t += d_a_zr_t.dot(U_zr.T, product)", "time_t += 0"),
    Fault("GRU misses the straight way back", GRU, "time_t += np.multiply(d_h_t, keep_t, product)", "time_t += 0"),
    Fault(
        "GRU's straight way back is one step off", GRU, "np.multiply(d_h_t, keep_t, product)", "np.multiply(d_h_t, keep[t - 1], product)"
    ),
    Fault("GRU ignores the gradient from above", GRU, "np.add(depth_t, time_t, d_h_t)", "np.add(0 * depth_t, time_t, d_h_t)"),
    Fault("GRU's loss enters at every timestep", GRU, "depth[-len(d_output) :]", "depth[:]"),
    Fault("GRU loses the gradient of h_0", GRU, "d_h[0] = time_t", "d_h[0] = 0"),
    Fault("GRU's padding stops dh", GRU, "silence(record.padded, 1, keep)", "silence(record.padded, 0, keep)"),
    Fault("GRU's padding is blamed", GRU, "silence(record.padded, 0, z_slope, n_slope)", "pass"),
    Fault("GRU tells a wrong gradient of z", GRU, "np.multiply(d_h, z_slope, d_z)", "np.multiply(d_h, n_slope, d_z)"),
    Fault(
        "GRU tells a wrong gradient of r",
        GRU,
        "np.multiply(d_a_n if self.reset_after else d_m, reset, d_r)",
        "np.multiply(d_m, reset, d_r)",
    ),
    Fault("GRU's recurrent kernel is blamed by the present h", GRU, "over_time(past[1:], d_a_zr[1:])", "over_time(h[1:], d_a_zr[1:])"),
    Fault(
        "GRU's candidate's kernel is blamed past m",
        GRU,
        "(d_m, past) if self.reset_after else (d_a_n, m)",
        "(d_a_n, past) if self.reset_after else (d_a_n, m)",
    ),
    Fault("GRU's candidate's kernel is blamed by h when reset before", GRU, "else (d_a_n, m)", "else (d_a_n, past)"),
    Fault("GRU's two n-biases get one gradient", GRU, "sum_over_rows(d_m[1:]", "sum_over_rows(d_a_n[1:]"),
    Fault("GRU's second bias's gradient is a mean", GRU, "sum_over_rows(d_m[1:].reshape(-1, self.units))", "d_m[1:].mean(axis=(0, 1))"),
    Fault(
        "explain of h takes the present h", "recipes/gru.py", 'Term.of(z, read.beside(at, "h", back=1))', 'Term.of(z, read.beside(at, "h"))'
    ),
    Fault("explain of h forgets 1 - z", "recipes/gru.py", 'Term.of(one_minus(z, "z"), read', "Term.of(z, read"),
    Fault("explain of dh forgets the straight way", "recipes/gru.py", "(straight, *gates, *reset)", "(*gates, *reset)"),
    Fault("explain of dm takes the first gate's columns", "recipes/gru.py", "[-len(d_a_n) :]", "[: len(d_a_n)]"),
    Fault("explain of a kernel takes h for m", "recipes/weights.py", '("a_n", "m")', '("a_n", "h")'),
)
