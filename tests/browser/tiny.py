"""The app with trainings cut down to seconds, all else as it is: python -m tests.browser.tiny serve --data DIR."""

import os
import sys
from dataclasses import replace

import app
from classifier.profiles import Profile

whole_recipe = Profile.recipe


def tiny_recipe(profile, classifier):
    recipe = whole_recipe(profile, classifier)
    if classifier == "retriever":
        return recipe
    if classifier == "bert" and (seconds := os.environ.get("TRAINING_SECONDS")):
        # So long that somebody can watch it, however fast the machine is.
        return replace(recipe, epochs=100_000, patience=100_000, seconds=float(seconds))
    return replace(recipe, epochs=10, seconds=8.0)


if __name__ == "__main__":
    Profile.recipe = tiny_recipe
    sys.exit(app.main())
