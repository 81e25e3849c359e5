import { OURS, SERVERS, attrs, html, text } from "../dom.js";
import { MARKED, faultAt, isProblem } from "../problem.js";
import { undoAll } from "../store.js";
import { words } from "../words.js";

const GOOD_NEWS = 4000; // ms that good news stays; the rest stays until it is over

/** What the page has to say of itself: the server is away, a link could not be read, a problem that no control can mark. */
export function mountNotices(root, store) {
  let timer;

  /** A problem whose field no control of the page marks by itself. */
  function unmarked(problem, scene) {
    const marked = [MARKED.sentence, MARKED.vocabulary, MARKED.loss, ...scene.layers.map((_, index) => MARKED.layer(index))];
    return problem && marked.every((pattern) => faultAt(problem, pattern) === null) ? problem.detail : null;
  }

  /** A table that the server has no more can be uploaded again, where tables are. */
  const upload = () => html("a", { ...OURS, href: "#v=2&view=training" }, words("notice.upload"));

  const stop = store.watch(({ away, problem, notice, scene }) => [away, problem, notice, scene], ([away, problem, notice, scene]) => {
    const detail = away ? null : unmarked(problem, scene);
    const said = away ? words("notice.away") : detail ?? notice?.text ?? "";
    attrs(root, detail === null ? OURS : SERVERS);
    root.hidden = said === "";
    root.dataset.kind = away || said !== notice?.text ? "bad" : notice.kind;
    if (detail !== null && isProblem(problem, "unknown-dataset")) root.replaceChildren(said, " ", upload());
    else text(root, said);
    clearTimeout(timer);
    if (notice?.kind === "good") timer = setTimeout(() => store.set({ notice: null }), GOOD_NEWS);
  });
  return undoAll([stop, () => clearTimeout(timer)]);
}
