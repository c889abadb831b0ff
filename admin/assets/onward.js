// Sends the form of a page that only leads on; without scripts there is its button.
document.getElementById("onward").submit();
