/** A set-up step that could not be done, told for the person at the keyboard. */
export class SetupFailure extends Error {
  /**
   * @param {string} step what was being done, e.g. "Installing the npm packages"
   * @param {string} reason why it did not work
   * @param {string} remedy what the user can do about it
   */
  constructor(step, reason, remedy) {
    super(`${step} failed: ${reason}\n${remedy}`);
    this.name = "SetupFailure";
  }
}
