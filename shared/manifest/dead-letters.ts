/** Topic of messages that a function could not take. */
export const deadLetters = "dead-letters";
/** Topic of those that the function of the dead letters could not take either. */
export const parked = "dead-letters-parked";
