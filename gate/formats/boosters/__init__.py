"""Gradient boosting: XGBoost, LightGBM and CatBoost."""
