/**
 * Makes each answer once: a list has the same entries for each of a thousand guests.
 *
 * @param make a function whose answer depends on its text alone
 */
export function remembered<Answer>(make: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    if (!answers.has(text)) answers.set(text, make(text));
    return answers.get(text) as Answer;
  };
}
