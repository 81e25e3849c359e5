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
    *(fault for fault in swaps(LSTM, "LSTM forward", "        {0} = (q[name]", ["i", "f", "g", "o"]) if not fault.name.endswith("i and g")),
    *swaps(LSTM, "LSTM's trace", '_A, _GATES = ("a_i", "a_f", "a_g", "a_o"), ({0})', ['"i"', '"f"', '"g"', '"o"']),
    *swaps(LSTM, "LSTM backward", "        {0}, h = map(record", ["i", "f", "g", "o", "c", "tanh_c"]),
    Fault("LSTM's recurrent kernel is left out", LSTM, "a_t += h_t.dot(recurrent_kernel, from_past)", "a_t += 0"),
    Fault("LSTM's recurrent kernel is read upside down", LSTM, "h_t.dot(recurrent_kernel, from", "h_t.dot(recurrent_kernel[::-1], from"),
    Fault("LSTM's buffer of the past is stale", LSTM, "a_t += h_t.dot(", "a_t += from_past if t > 2 else h_t.dot("),
    Fault("LSTM's past is cut to float32", LSTM, "dot(recurrent_kernel, from_past)", 'dot(recurrent_kernel, from_past).astype("float32")'),
    Fault("LSTM's input gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[1, 0.5, 1, 0.5]"),
    Fault("LSTM's forget gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 1, 1, 0.5]"),
    Fault("LSTM's candidate is a sigmoid", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 0.5, 0.5, 0.5]"),
    Fault("LSTM's output gate is a tanh", LSTM, "[0.5, 0.5, 1, 0.5]", "[0.5, 0.5, 1, 1]"),
    Fault("LSTM's gates are not shifted", LSTM, "shift = 1 - scale", "shift = 0 * scale"),
    Fault(
        "LSTM's constants alternate",
        LSTM,
        "np.repeat(np.array([0.5, 0.5, 1, 0.5], self.dtype), self.units)",
        "np.tile(np.array([0.5, 0.5, 1, 0.5], self.dtype), self.units)",
    ),
    Fault("LSTM takes h_0 for c_0", LSTM, "h_t[...], c_t[...] = state", "c_t[...], h_t[...] = state"),
    Fault("LSTM ignores c_0", LSTM, "h_t[...], c_t[...] = state", "h_t[...] = state[0]"),
    Fault("LSTM ignores its initial state", LSTM, "if state:", "if False:"),
    Fault("LSTM forgets one step late", LSTM, "np.multiply(f[t], c_t, c[t])", "np.multiply(f[t - 1], c_t, c[t])"),
    Fault("LSTM forgets h in place of c", LSTM, "np.multiply(f[t], c_t, c[t])", "np.multiply(f[t], h_t, c[t])"),
    Fault("LSTM does not carry c", LSTM, "c_t = np.multiply(f[t], c_t, c[t])", "c_t = np.multiply(f[t], c[0], c[t])"),
    Fault("LSTM takes the candidate ungated", LSTM, "np.multiply(i[t], g[t], i_g)", "g[t]"),
    Fault("LSTM replaces c in place of adding", LSTM, "c_t += np.multiply(i[t], g[t], i_g)", "c_t[...] = np.multiply(i[t], g[t], i_g)"),
    Fault("LSTM's output is ungated", LSTM, "np.multiply(o[t], np.tanh", "np.multiply(1, np.tanh"),
    Fault("LSTM's output gate is one step late", LSTM, "np.multiply(o[t], np.tanh", "np.multiply(o[t - 1], np.tanh"),
    Fault(
        "LSTM shows c without tanh", LSTM, "np.tanh(c_t, tanh_c[t]), h[t])", "c_t, h[t]) if np.tanh(c_t, tanh_c[t]) is not None else h_t"
    ),
    Fault("LSTM does not hold c at padding", LSTM, "np.copyto(c_t, c[t - 1], where=padded[t - 1])", "pass"),
    Fault("LSTM does not hold h at padding", LSTM, "np.copyto(h_t, h[t - 1], where=padded[t - 1])", "pass"),
    Fault("LSTM's c forgets the slope of tanh", LSTM, "o * (1 - tanh_c * tanh_c)", "o * 1"),
    Fault("LSTM's c forgets the output gate", LSTM, "o * (1 - tanh_c * tanh_c)", "(1 - tanh_c * tanh_c)"),
    Fault("LSTM's slope of tanh is taken of c", LSTM, "o * (1 - tanh_c * tanh_c)", "o * (1 - c * c)"),
    Fault("LSTM forgets the slope of i", LSTM, "i * (1 - i)", "i"),
    Fault("LSTM forgets the slope of f", LSTM, "f * (1 - f)", "f"),
    Fault("LSTM forgets the slope of g", LSTM, "np.multiply(i, 1 - g * g,", "np.multiply(i, 1,"),
    Fault("LSTM takes the candidate's slope for a gate's", LSTM, "1 - g * g", "g * (1 - g)"),
    Fault("LSTM forgets the slope of o", LSTM, "o * (1 - o)", "o"),
    Fault("LSTM's forget gate is blamed by the present c", LSTM, "np.multiply(c[:-1], (f", "np.multiply(c[1:], (f"),
    Fault("LSTM misses the carry of dc", LSTM, "d_c_t += c_from_time", "d_c_t += 0"),
    Fault("LSTM carries dc past the forget gate", LSTM, "np.multiply(d_c_t, keep[t], c_from_time)", "np.multiply(d_c_t, 1, c_from_time)"),
    Fault(
        "LSTM carries dc through the gate before",
        LSTM,
        "np.multiply(d_c_t, keep[t], c_from_time)",
        "np.multiply(d_c_t, keep[t - 1], c_from_time)",
    ),
    Fault("LSTM does not carry dh to the past", LSTM, "time_t = d_a[t].dot(", "d_a[t].dot("),
    Fault("LSTM ignores the gradient from above", LSTM, "np.add(depth[t], time_t, d_h[t])", "np.add(0 * depth[t], time_t, d_h[t])"),
    Fault("LSTM's loss enters at every timestep", LSTM, "depth[-len(d_output) :]", "depth[:]"),
    Fault("LSTM loses the gradient of h_0", LSTM, "d_h[0] = time_t", "d_h[0] = 0"),
    Fault("LSTM loses the gradient of c_0", LSTM, "d_h[0] = time_t", "d_h[0], d_c[0] = time_t, 0"),
    Fault("LSTM's recurrent kernel is blamed by the present h", LSTM, "over_time(h[:-1], d_a[1:])", "over_time(h[1:], d_a[1:])"),
    Fault("LSTM's padding stops dc", LSTM, "silence(record.padded, 1, keep)", "silence(record.padded, 0, keep)"),
    Fault("LSTM's padding stops dh", LSTM, "np.copyto(time_t, d_h_t, where=record.padded[t - 1])", "pass"),
    Fault("LSTM's padding is blamed", LSTM, "silence(record.padded, 0, c_slope, slope.reshape(d_a.shape))", "pass"),
    Fault("LSTM tells a wrong gradient of tanh_c", LSTM, 'np.multiply(d_h, o, d["tanh_c"])', 'np.multiply(d_h, c_slope, d["tanh_c"])'),
    Fault("LSTM tells a wrong gradient of o", LSTM, 'np.multiply(d_h, tanh_c, d["o"])', 'np.multiply(d_h, c, d["o"])'),
    Fault("LSTM tells a wrong gradient of f", LSTM, 'np.multiply(d_c[1:], c[:-1], d["f"][1:])', 'np.multiply(d_c, c, d["f"])'),
    Fault("LSTM's gradients at padding are told", LSTM, 'silence(record.padded, 0, d["tanh_c"]', 'silence(None, 0, d["tanh_c"]'),
    Fault("the forget gate's bias starts at the input gate", "initializers.py", "[0.0, 1.0, 0.0, 0.0]", "[1.0, 0.0, 0.0, 0.0]"),
    Fault("the forget gate's bias starts at 0", "initializers.py", "[0.0, 1.0, 0.0, 0.0]", "[0.0, 0.0, 0.0, 0.0]"),
    Fault("the gates' kernel bias is left out", RECURRENT, "rows += bias", "rows += 0"),
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
    *swaps(GRU, "GRU's trace", "_GATES = ({0})", ['"a_z"', '"a_r"', '"a_n"']),
    Fault("GRU exchanges z and r", GRU, 'q["z"], q["r"]', 'q["r"], q["z"]'),
    Fault("GRU's trace exchanges z and r", GRU, '("z", "r"), ("m",)', '("r", "z"), ("m",)'),
    Fault("GRU exchanges the old state and the candidate", GRU, "np.subtract(one, z[t], h[t])", "np.subtract(z[t], 0, h[t])"),
    Fault("GRU keeps by the reset gate", GRU, "np.multiply(z[t], h_t, product)", "np.multiply(r[t], h_t, product)"),
    Fault("GRU keeps the candidate", GRU, "np.multiply(z[t], h_t, product)", "np.multiply(z[t], n_t, product)"),
    Fault("GRU forgets the old state", GRU, "h_t += kept", "h_t += 0"),
    Fault("GRU does not carry h", GRU, "kept = np.multiply(z[t], h_t, product)", "kept = np.multiply(z[t], h[0], product)"),
    Fault("GRU's gates hear nothing of the past", GRU, "a_zr_t += h_t.dot(U_zr, from_past)", "a_zr_t += 0"),
    Fault("GRU's gates' buffer is stale", GRU, "a_zr_t += h_t.dot(", "a_zr_t += from_past if t > 2 else h_t.dot("),
    Fault("GRU's gates' past is cut to float32", GRU, "h_t.dot(U_zr, from_past)", 'h_t.dot(U_zr, from_past).astype("float32")'),
    Fault("GRU's recurrent kernel is read upside down", GRU, "h_t.dot(U_zr, from_past)", "h_t.dot(U_zr[::-1], from_past)"),
    Fault("GRU's candidate's kernel is transposed, reset after", GRU, "h_t.dot(U_n, m[t])", "h_t.dot(U_n.T, m[t])"),
    Fault("GRU's candidate's kernel is transposed, reset before", GRU, ".dot(U_n, product)", ".dot(U_n.T, product)"),
    Fault("GRU leaves out the candidate's recurrent bias", GRU, "m_t += b_n", "m_t += 0"),
    Fault("GRU takes the candidate's recurrent bias from the other row", GRU, "joined, bias[1, cut:]", "joined, bias[0, cut:]"),
    Fault("GRU leaves out the gates' recurrent bias", GRU, "joined[:cut] += bias[1, :cut]", "joined[:cut] += 0"),
    Fault("GRU adds the recurrent bias to every column", GRU, "joined[:cut] += bias[1, :cut]", "joined += bias[1]"),
    Fault("GRU's candidate is not reset", GRU, "np.multiply(r[t], m_t, product)", "m_t"),
    Fault("GRU resets by z, reset after", GRU, "np.multiply(r[t], m_t, product)", "np.multiply(z[t], m_t, product)"),
    Fault("GRU resets by z, reset before", GRU, "np.multiply(r[t], h_t, m[t])", "np.multiply(z[t], h_t, m[t])"),
    Fault("GRU resets one step late", GRU, "np.multiply(r[t], m_t, product)", "np.multiply(r[t - 1], m_t, product)"),
    Fault(
        "GRU never resets before",
        GRU,
        "            if self.reset_after:\n                m_t =",
        "            if True:\n                m_t =",
    ),
    Fault(
        "GRU always resets before",
        GRU,
        "            if self.reset_after:\n                m_t =",
        "            if False:\n                m_t =",
    ),
    Fault("GRU's candidate is a sigmoid", GRU, "np.tanh(a_n_t, n[t])", "squash(a_n_t, half, half, n[t])"),
    Fault("GRU's gates are tanhs", GRU, "squash(a_zr_t, half, half, z_r[t])", "np.tanh(a_zr_t, z_r[t])"),
    Fault("GRU ignores its initial state", GRU, "if state:", "if False:"),
    Fault("GRU does not hold h at padding", GRU, "np.copyto(h_t, h[t - 1], where=padded[t - 1])", "pass"),
    Fault("GRU's past is the present", GRU, "np.concatenate([h[:1], h[:-1]])", "h"),
    Fault("GRU's z forgets the candidate", GRU, "past - n, 1 - z, z.copy()", "past, 1 - z, z.copy()"),
    Fault("GRU's n is blamed by z", GRU, "past - n, 1 - z, z.copy()", "past - n, z, z.copy()"),
    Fault("GRU forgets the slope of z", GRU, "z_slope * z * (1 - z)", "z_slope * z"),
    Fault("GRU forgets the slope of r", GRU, "reset * r * (1 - r)", "reset * r"),
    Fault("GRU forgets the slope of n", GRU, "n_slope * (1 - n * n)", "n_slope"),
    Fault("GRU's r is blamed by the state in both forms", GRU, "m if self.reset_after else past", "past"),
    Fault("GRU's r is blamed by m in both forms", GRU, "m if self.reset_after else past", "m"),
    Fault("GRU's dm forgets the reset gate", GRU, "np.multiply(d_a_n_t, r[t], d_m[t])", "np.multiply(d_a_n_t, 1, d_m[t])"),
    Fault("GRU's dm passes the kernel untransposed", GRU, "d_a_n_t.dot(U_n.T, d_m[t])", "d_a_n_t.dot(U_n, d_m[t])"),
    Fault("GRU's past hears dm untransposed", GRU, "d_m_t.dot(U_n.T, time[t - 1])", "d_m_t.dot(U_n, time[t - 1])"),
    Fault("GRU's past hears dm past the reset gate", GRU, "np.multiply(d_m_t, r[t], time[t - 1])", "np.multiply(d_m_t, 1, time[t - 1])"),
    Fault("GRU's past hears nothing of the gates", GRU, "time_t += d_zr[t].dot(U_zr.T, product)", "time_t += 0"),
    Fault("GRU misses the straight way back", GRU, "time_t += np.multiply(d_h_t, keep[t], product)", "time_t += 0"),
    Fault(
        "GRU's straight way back is one step off", GRU, "np.multiply(d_h_t, keep[t], product)", "np.multiply(d_h_t, keep[t - 1], product)"
    ),
    Fault("GRU ignores the gradient from above", GRU, "np.add(depth[t], time_t, d_h[t])", "np.add(0 * depth[t], time_t, d_h[t])"),
    Fault("GRU's loss enters at every timestep", GRU, "depth[-len(d_output) :]", "depth[:]"),
    Fault("GRU loses the gradient of h_0", GRU, "d_h[0] = time_t", "d_h[0] = 0"),
    Fault("GRU's padding stops dh", GRU, "silence(record.padded, 1, keep)", "silence(record.padded, 0, keep)"),
    Fault("GRU's padding is blamed", GRU, "silence(record.padded, 0, z_slope, n_slope)", "pass"),
    Fault("GRU tells a wrong gradient of z", GRU, 'np.multiply(d_h, z_slope, d["z"])', 'np.multiply(d_h, a_z_slope, d["z"])'),
    Fault(
        "GRU tells a wrong gradient of r",
        GRU,
        'np.multiply(d_a_n if self.reset_after else d_m, reset, d["r"])',
        'np.multiply(d_m, reset, d["r"])',
    ),
    Fault("GRU's recurrent kernel is blamed by the present h", GRU, "over_time(past[1:], d_zr[1:])", "over_time(h[1:], d_zr[1:])"),
    Fault(
        "GRU's candidate's kernel is blamed past m",
        GRU,
        "(d_m, past) if self.reset_after else (d_a_n, m)",
        "(d_a_n, past) if self.reset_after else (d_a_n, m)",
    ),
    Fault("GRU's candidate's kernel is blamed by h when reset before", GRU, "else (d_a_n, m)", "else (d_a_n, past)"),
    Fault("GRU's two n-biases get one gradient", GRU, "d_m[1:].sum(axis=(0, 1))", "d_a_n[1:].sum(axis=(0, 1))"),
    Fault("GRU's second bias's gradient is a mean", GRU, "d_m[1:].sum(axis=(0, 1))", "d_m[1:].mean(axis=(0, 1))"),
    Fault(
        "explain of h takes the present h", "recipes/gru.py", 'Term.of(z, read.beside(at, "h", back=1))', 'Term.of(z, read.beside(at, "h"))'
    ),
    Fault("explain of h forgets 1 - z", "recipes/gru.py", 'Term.of(one_minus(z, "z"), read', "Term.of(z, read"),
    Fault("explain of dh forgets the straight way", "recipes/gru.py", "(straight, *gates, *reset)", "(*gates, *reset)"),
    Fault("explain of dm takes the first gate's columns", "recipes/gru.py", "[-len(d_a_n) :]", "[: len(d_a_n)]"),
    Fault("explain of a kernel takes h for m", "recipes/weights.py", '("a_n", "m")', '("a_n", "h")'),
)
