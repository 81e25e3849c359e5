/** What a student says of themselves, for as long as the tab is open: a page that is loaded again says it again. */
const nameOf = (code) => `unrolled.self/${code}`;

/** What was said in this tab, if anything. @returns {{hand?: boolean, nickname?: string}} */
export function ownSelf(code) {
  try {
    const { hand, nickname } = JSON.parse(sessionStorage.getItem(nameOf(code)) ?? "{}");
    return { hand: hand === true, nickname: typeof nickname === "string" ? nickname : "" };
  } catch {
    return {}; // a browser that keeps nothing
  }
}

export function keepSelf({ code, hand, nickname }) {
  try {
    sessionStorage.setItem(nameOf(code), JSON.stringify({ hand, nickname }));
  } catch {
    // then a reload forgets it
  }
}
